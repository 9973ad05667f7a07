# nbgrader in the images: the exchange is ngshare, the gradebook PostgreSQL where graders are given its address.
import os

from ngshare_exchange import configureExchange

c = get_config()
c.CourseDirectory.course_id = "rncp31919"
configureExchange(c, os.environ.get("RNCP_ECHANGE", "http://proxy-public/services/ngshare"))
if os.environ.get("RNCP_CARNET"):
    c.CourseDirectory.db_url = os.environ["RNCP_CARNET"]
